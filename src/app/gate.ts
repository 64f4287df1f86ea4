// Limits how many run at the same time; the others wait their turn.

/** A gate with a fixed number of places. */
export class Gate {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  /** Takes a place, as soon as one is free. */
  async enter(): Promise<void> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((go) => this.waiting.push(go));
  }

  /** Frees a place. */
  leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.free += 1;
  }

  /** Runs something while holding a place. */
  async through<T>(run: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await run();
    } finally {
      this.leave();
    }
  }
}

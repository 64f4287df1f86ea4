// Lets so many run at a time; the others wait in turn.

/** A gate with so many free places. */
export class Gate {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  /** Takes a place, as soon as one is free. */
  async enter(): Promise<void> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((go) => this.waiting.push(go));
  }

  /** Gives a place back. */
  leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.free += 1;
  }

  /** Does something in a place of its own. */
  async through<T>(run: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await run();
    } finally {
      this.leave();
    }
  }
}

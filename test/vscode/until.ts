// Waiting for something to become true, which in VS Code mostly takes a few messages between its processes.

/** Asks again and again until the answer is yes. @throws after ten seconds, with what was waited for */
export async function until(what: string, is: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (let pause = 1; !(await is()); pause = Math.min(2 * pause, 100)) {
    if (Date.now() > deadline) throw new Error(`After 10 s it is not so that ${what}`);
    await new Promise((done) => setTimeout(done, pause));
  }
}

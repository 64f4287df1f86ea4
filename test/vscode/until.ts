// Waiting for something to become true, which in VS Code mostly takes a few messages between its processes.

/** Asks again and again until the answer is yes. @throws after so many seconds, with what was waited for */
export async function until(what: string, is: () => boolean | Promise<boolean>, seconds = 10): Promise<void> {
  const deadline = Date.now() + 1000 * seconds;
  for (let pause = 1; !(await is()); pause = Math.min(2 * pause, 100)) {
    if (Date.now() > deadline) throw new Error(`After ${seconds} s it is not so that ${what}`);
    await new Promise((done) => setTimeout(done, pause));
  }
}

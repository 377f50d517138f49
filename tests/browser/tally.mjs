// Counts what was checked and says so as it happens.

export class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;

  /** Runs one check. False when it failed; what builds on it is then skipped. */
  async check(claim, run) {
    const began = Date.now();
    try {
      const note = await run();
      this.passed += 1;
      console.log(`ok      ${claim} (${Date.now() - began} ms${note ? `; ${note}` : ''})`);
      return true;
    } catch (error) {
      this.failed += 1;
      console.log(`FAILED  ${claim}\n        ${String(error.message ?? error).split('\n').slice(0, 12).join('\n        ')}`);
      return false;
    }
  }

  skip(claim, why) {
    this.skipped += 1;
    console.log(`skipped ${claim}: ${why}`);
  }

  /** Stands last on standard output; scripts read it. */
  line() {
    return `${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`;
  }
}

export function expect(holds, words) {
  if (!holds) throw new Error(words);
}

/** Looks until something holds, then gives it back. */
export async function until(words, limitMs, look) {
  const end = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${words}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Names from a repository are shown whole, or with their middle left out. */
import { visible } from '../../../activities/repository/visible';

test('a long name is cut between characters, and is no longer than it may be', () => {
  for (const name of ['😀'.repeat(300), `a${'😀'.repeat(300)}`, `${'😀'.repeat(5_000)}b`]) {
    expect(visible(name)).toMatch(/^a?😀+…😀+b?$/u);
    expect(visible(name).length).toBeLessThanOrEqual(200);
  }
});

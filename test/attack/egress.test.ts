/** The cheap part of `npm run attack` that needs no gateway. */
import { egress } from './egress';

test('no address that others choose leads inside', async () => {
  const { attempts, through } = await egress(10);
  expect(attempts()).toBeGreaterThanOrEqual(500);
  expect(through).toEqual([]);
});

import { watchParent } from '../../cli/dev/orphan';

test('a process goes on for as long as its parent does, and then notices that it is gone', async () => {
  let looks = 0;
  const parent = (): number => ((looks += 1) <= 3 ? 100 : 1);
  await new Promise<void>((resolve) => watchParent(resolve, parent, 1));
  expect(looks).toBe(4);
});

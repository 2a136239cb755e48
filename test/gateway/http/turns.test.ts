import { createTurns } from '../../../gateway/http/turns';

/** Requests that end when they are told to. */
function asking() {
  const turns = createTurns();
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const ask = (tenant: string, name: string): Promise<void> =>
    turns(tenant, () => {
      begun.push(name);
      return new Promise((resolve) => ends.set(name, resolve));
    });
  const many = (tenant: string, count: number) => Array.from({ length: count }, (_, n) => ask(tenant, `${tenant}${n}`));
  return { ask, many, begun, end: (name: string) => ends.get(name)?.() };
}
const settled = (): Promise<void> => jest.advanceTimersByTimeAsync(0).then(() => undefined);

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('a tenant that asks alone has no bound', () => {
  const { many, begun } = asking();
  void many('acme', 100);
  expect(begun).toHaveLength(100);
});

test('a light tenant does not wait for a heavy one', async () => {
  const { ask, many, begun } = asking();
  void ask('light', 'l0');
  void many('heavy', 100);
  expect(begun).toHaveLength(8);
  void ask('light', 'l1'); // one is under way already
  await settled();
  expect(begun).not.toContain('l1');
});

test('what is answered makes room, first for the tenant with the least under way', async () => {
  const { ask, many, begun, end } = asking();
  void ask('light', 'l0');
  void many('heavy', 100);
  void ask('light', 'l1');
  end('heavy0');
  await settled();
  expect(begun.at(-1)).toBe('l1');
  end('l0');
  await settled();
  expect(begun.at(-1)).toBe('heavy7');
});

test('what waits for its job makes room, too', async () => {
  const { ask, many, begun } = asking();
  void ask('light', 'l0');
  void many('heavy', 100);
  await jest.advanceTimersByTimeAsync(301);
  expect(begun).toHaveLength(16);
});

test('a tenant whose neighbour has been silent for 10 s has no bound', async () => {
  const { ask, many, begun } = asking();
  void ask('light', 'l0');
  await jest.advanceTimersByTimeAsync(10_001);
  void many('heavy', 100);
  expect(begun).toHaveLength(101);
});

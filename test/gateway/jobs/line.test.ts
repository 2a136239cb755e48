/** The line in front of Temporal, when it moves and when it does not. */
import { Problem } from '../../../gateway/errors';
import { createLine } from '../../../gateway/jobs/line';

/** A start that ends when it is told to. */
function start() {
  let run = 0;
  let end: (how: 'answered' | 'silence') => void = () => undefined;
  const over = new Promise<void>((resolve, reject) => {
    end = (how) => (how === 'answered' ? resolve() : reject(new Problem('unavailable', { refused: false })));
  });
  return { run: () => ((run += 1), over), runs: () => run, end: (how: 'answered' | 'silence') => end(how) };
}
const refused = { code: 'unavailable', facts: { refused: true } };

test('who waits in a line that moves has a turn', async () => {
  const inTurn = createLine({ atOnce: 1, waiting: 10 });
  const [first, second] = [start(), start()];
  const both = [inTurn('acme', first.run), inTurn('acme', second.run)];
  first.end('answered');
  await both[0];
  second.end('answered');
  await both[1];
  expect(second.runs()).toBe(1);
});

test('who waits while Temporal answers nobody is turned away, and nothing was sent', async () => {
  const inTurn = createLine({ atOnce: 1, waiting: 10 });
  const [first, second, third] = [start(), start(), start()];
  const all = [first, second, third].map(({ run }) => inTurn('acme', run));
  const outcomes = Promise.allSettled(all);
  first.end('silence');
  expect(await outcomes).toMatchObject([
    { reason: { facts: { refused: false } } },
    { reason: refused },
    { reason: refused },
  ]);
  expect([second.runs(), third.runs()]).toEqual([0, 0]);
});

test('an error that Temporal answered with moves the line, too', async () => {
  const inTurn = createLine({ atOnce: 1, waiting: 10 });
  const second = start();
  const failed = inTurn('acme', () => Promise.reject(new Error('There is one already.')));
  const next = inTurn('acme', second.run);
  await expect(failed).rejects.toThrow('There is one already.');
  second.end('answered');
  await next;
});

test('who comes when the line is full is turned away at once', async () => {
  const inTurn = createLine({ atOnce: 1, waiting: 1 });
  const [first, second] = [start(), start()];
  const both = [inTurn('acme', first.run), inTurn('acme', second.run)];
  await expect(inTurn('acme', start().run)).rejects.toMatchObject(refused);
  first.end('answered');
  second.end('answered');
  await Promise.all(both);
});

test('after a silence, whoever comes to an empty line tries again', async () => {
  const inTurn = createLine({ atOnce: 1, waiting: 10 });
  const [first, second] = [start(), start()];
  const silent = inTurn('acme', first.run);
  first.end('silence');
  await expect(silent).rejects.toMatchObject({ code: 'unavailable' });
  second.end('answered');
  await inTurn('acme', second.run);
  expect(second.runs()).toBe(1);
});

test('tenants take turns, however many starts of one are waiting', async () => {
  const inTurn = createLine({ atOnce: 1, waiting: 10 });
  const order: string[] = [];
  const begin = (tenant: string, name: string) => inTurn(tenant, () => Promise.resolve(void order.push(name)));
  await Promise.all([
    begin('heavy', 'h1'),
    begin('heavy', 'h2'),
    begin('heavy', 'h3'),
    begin('light', 'l1'),
    begin('heavy', 'h4'),
  ]);
  expect(order).toEqual(['h1', 'h2', 'l1', 'h3', 'h4']);
});

test('in a full line the tenant with most starts in it makes room', async () => {
  const inTurn = createLine({ atOnce: 1, waiting: 2 });
  const first = start();
  const begun = inTurn('heavy', first.run);
  const kept = inTurn('heavy', () => Promise.resolve('kept'));
  const lost = inTurn('heavy', () => Promise.resolve('lost'));
  const light = inTurn('light', () => Promise.resolve('light'));
  await expect(lost).rejects.toMatchObject(refused);
  first.end('answered');
  expect(await Promise.all([begun, kept, light])).toEqual([undefined, 'kept', 'light']);
});

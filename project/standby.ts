/** A process that has loaded what a gateway or a worker needs, and waits to be told which one it is to be: changed code starts in a moment. */
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

const Told = z.object({ main: z.string() });

async function wait(kind: string | undefined): Promise<void> {
  process.setSourceMapsEnabled(true); // before an author's module throws while it is loaded
  const unneeded = (): void => process.exit();
  process.once('disconnect', unneeded);
  process.once('message', (message) => {
    process.off('disconnect', unneeded);
    void import(pathToFileURL(Told.parse(message).main).href);
  });
  await (kind === 'worker' ? import('./worker.js') : import('./gateway.js'));
}

if (require.main === module) void wait(process.argv[2]);

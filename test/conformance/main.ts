/** Serves the conformance profile until it is told to stop, for a look by hand. */
import { startProfile } from './profile';

async function main(): Promise<void> {
  const { url, stop } = await startProfile();
  console.log(url);
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  await stop();
}

void main();

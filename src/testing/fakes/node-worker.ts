/** A real worker thread with the fake node in it, for tests of the lab process. */
import { runNodeWorker } from '#hosts/node/worker-main.ts';
import { FakeNode } from '#testing/fakes/node.ts';

runNodeWorker((options, host, listener) => new FakeNode(options, host, listener));

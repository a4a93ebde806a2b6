/** The worker thread of a node: entry of its own bundle. */
import { runNodeWorker } from '#hosts/node/worker-main.ts';
import { createNode } from '#runtime/index.ts';

runNodeWorker(createNode);

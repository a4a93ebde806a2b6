/** What the handlers of the protocol work on: one object of the lab process. */
import type { AppInfo, LabEvent } from '#protocol/model.ts';
import type { Library } from '#lab/library/library.ts';
import type { NodeHandle } from '#lab/node/node-handle.ts';
import type { EventHub } from '#lab/service/event-hub.ts';
import type { Uploads } from '#lab/service/uploads.ts';

export interface ServiceContext {
  readonly library: Library;
  readonly events: EventHub<LabEvent>;
  readonly uploads: Uploads;
  readonly info: () => AppInfo;
}

/** The node of an open lab, which is opened when it is not. */
export function nodeOf(
  context: ServiceContext,
  params: { readonly labId: string; readonly node: string },
): NodeHandle {
  return context.library.open(params.labId).node(params.node);
}

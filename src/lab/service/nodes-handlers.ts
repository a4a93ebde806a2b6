/** nodes.* and node.*: power, and what the front panel shows. */
import type { Contract } from '#protocol/contract.ts';
import type { NodeShape, NodeStateShape } from '#protocol/model.ts';
import type { Handlers } from '#protocol/server.ts';
import { LatestSource } from '#protocol/source.ts';
import { DEFAULT_RAM_BYTES } from '#lab/folder/lab-folder.ts';
import type { NodeHandle } from '#lab/node/node-handle.ts';
import { nodeOf, type ServiceContext } from '#lab/service/context.ts';
import { StatisticsSource } from '#lab/service/statistics-source.ts';

interface NodeParams {
  readonly labId: string;
  readonly node: string;
}

export function nodesHandlers(context: ServiceContext): Pick<Handlers<Contract>, 'nodes' | 'node'> {
  const { library, events } = context;
  const describe = ({ labId, node }: NodeParams): NodeShape =>
    library.open(labId).describeNode(node);
  const act = async (
    params: NodeParams,
    run: (handle: NodeHandle) => unknown,
  ): Promise<NodeShape> => {
    await run(nodeOf(context, params));
    return describe(params);
  };
  return {
    nodes: {
      list: ({ labId }) => library.open(labId).describe().nodes,
      add: ({ labId, node, ramBytes, diskSizesBytes }) => {
        const shape = library.open(labId).addNode({
          name: node,
          ramBytes: ramBytes ?? DEFAULT_RAM_BYTES,
          disks: (diskSizesBytes ?? []).map((sizeBytes) => ({ sizeBytes })),
        });
        events.emit({ kind: 'labChanged', labId });
        return shape;
      },
      powerOn: (params) =>
        act(params, (handle) =>
          handle.powerOn({
            flags: params.flags ?? [],
            properties: new Map(Object.entries(params.properties ?? {})),
          }),
        ),
      shutDown: (params) => act(params, (handle) => handle.shutDown()),
      reset: (params) => act(params, (handle) => handle.reset()),
      kill: (params) => act(params, (handle) => handle.kill()),
      nmi: (params) => act(params, (handle) => handle.nmi()),
    },
    node: {
      state: (params, { wake }) => {
        const lab = library.open(params.labId);
        const handle = lab.node(params.node);
        const source = new LatestSource<NodeStateShape>(wake, () => subscription.dispose());
        const subscription = lab.onNodeState((node, state) => {
          if (node === params.node) source.set(state);
        });
        source.set(handle.state);
        return source;
      },
      statistics: (params, { wake }) => new StatisticsSource(nodeOf(context, params), wake),
    },
  };
}

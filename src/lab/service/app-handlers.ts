/** app.* and settings.*: what this is, what happens, what the person likes. */
import type { Contract } from '#protocol/contract.ts';
import type { LabEvent, Settings } from '#protocol/model.ts';
import type { Handlers } from '#protocol/server.ts';
import { QueueSource } from '#protocol/source.ts';
import { readSettings, writeSettings } from '#lab/library/settings.ts';
import type { ServiceContext } from '#lab/service/context.ts';

/** Events a view may be behind before it is told to ask for everything again. */
const EVENT_QUEUE_LIMIT = 256;

export function appHandlers(context: ServiceContext): Pick<Handlers<Contract>, 'app' | 'settings'> {
  const { events, library } = context;
  return {
    app: {
      info: () => context.info(),
      events: (_, { wake }) => {
        const source = new QueueSource<LabEvent>(wake, EVENT_QUEUE_LIMIT, { kind: 'lagged' }, () =>
          subscription.dispose(),
        );
        const subscription = events.listen((event) => source.push(event));
        return source;
      },
    },
    settings: {
      get: () => readSettings(library.store),
      set: (change) => {
        const settings = writeSettings(library.store, change as Partial<Settings>);
        events.emit({ kind: 'settingsChanged', settings });
        return settings;
      },
    },
  };
}

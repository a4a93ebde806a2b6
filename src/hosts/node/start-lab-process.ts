/** The lab process with a person's library, as the web host and the Electron host start it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabProcess } from '#lab/lab-process.ts';
import { openLibrary } from '#lab/library/sqlite-store.ts';
import type { LabEnvironment } from '#lab/open-lab.ts';
import type { AppInfo } from '#protocol/model.ts';
import { labEnvironment, libraryHome, type Places } from '#hosts/node/places.ts';
import { describePlatform } from '#hosts/node/platform-files.ts';

export interface StartOptions {
  readonly places: Places;
  readonly host: AppInfo['host'];
  readonly program: string;
  readonly version: string;
  readonly onLog: LabEnvironment['onLog'];
}

/** Throws LabError `libraryNewer` and those of files. */
export function startLabProcess(options: StartOptions): LabProcess {
  const { places, host, program, version, onLog } = options;
  const home = libraryHome();
  const { store, problem } = openLibrary(join(home, 'library.db'));
  return new LabProcess({
    environment: labEnvironment(places, program, onLog),
    store,
    libraryFolder: join(home, 'labs'),
    libraryProblem: problem,
    host,
    version,
    describePlatform: () => describePlatform(places.platformFolder),
  });
}

/** From the package.json beside what was built; a placeholder where there is none. */
export function readVersion(places: Places): string {
  try {
    const text = readFileSync(join(places.rendererFolder, '../../package.json'), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return '0.0.0';
  }
}

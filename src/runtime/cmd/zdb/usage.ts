/** What zdb prints when it does not understand its words. @man zdb(8) */
const SYNOPSIS: readonly string[] = [
  '[-AbcdDFGhikLMPsvX] [-e [-V] [-p <path> ...]] [-I <inflight I/Os>]\n' +
    '\t\t[-o <var>=<value>]... [-t <txg>] [-U <cache>] [-x <dumpdir>]\n' +
    '\t\t[<poolname> [<object> ...]]',
  '[-AdiPv] [-e [-V] [-p <path> ...]] [-U <cache>] <dataset>\n\t\t[<object> ...]',
  '-C [-A] [-U <cache>]',
  '-l [-Aqu] <device>',
  '-m [-AFLPX] [-e [-V] [-p <path> ...]] [-t <txg>] [-U <cache>]\n' +
    '\t\t<poolname> [<vdev> [<metaslab> ...]]',
  '-O <dataset> <path>',
  '-R [-A] [-e [-V] [-p <path> ...]] [-U <cache>]\n' +
    '\t\t<poolname> <vdev>:<offset>:<size>[:<flags>]',
  '-E [-A] word0:word1:...:word15',
  '-S [-AP] [-e [-V] [-p <path> ...]] [-U <cache>] <poolname>',
];

const AMOUNT: readonly string[] = [
  '-b block statistics',
  '-c checksum all metadata (twice for all data) blocks',
  '-C config (or cachefile if alone)',
  '-d dataset(s)',
  '-D dedup statistics',
  '-E decode and display block from an embedded block pointer',
  '-h pool history',
  '-i intent logs',
  '-l read label contents',
  '-k examine the checkpointed state of the pool',
  '-L disable leak tracking (do not load spacemaps)',
  '-m metaslabs',
  '-M metaslab groups',
  '-O perform object lookups by path',
  '-R read and display block from a device',
  "-s report stats on zdb's I/O",
  '-S simulate dedup to measure effect',
  '-v verbose (applies to all others)',
];

const OTHER: readonly string[] = [
  '-A ignore assertions (-A), enable panic recovery (-AA) or both (-AAA)',
  '-e pool is exported/destroyed/has altroot/not in a cachefile',
  '-F attempt automatic rewind within safe range of transaction groups',
  '-G dump zfs_dbgmsg buffer before exiting',
  '-I <number of inflight I/Os> -- specify the maximum number of checksumming I/Os ' +
    '[default is 200]',
  '-o <variable>=<value> set global variable to an unsigned 32-bit integer',
  '-p <path> -- use one or more with -e to specify path to vdev dir',
  '-P print numbers in parseable form',
  "-q don't print label contents",
  '-t <txg> -- highest txg to use when searching for uberblocks',
  '-u uberblock',
  '-U <cachefile_path> -- use alternate cachefile',
  '-V do verbatim import',
  '-x <dumpdir> -- dump all read blocks into specified directory',
  '-X attempt extreme rewind (does not work with dataset)',
];

const indented = (lines: readonly string[]): string =>
  lines.map((line) => `        ${line}\n`).join('');

export function usageText(name: string): string {
  const [first = '', ...rest] = SYNOPSIS;
  return (
    `Usage:\t${name} ${first}\n${rest.map((line) => `\t${name} ${line}\n`).join('')}\n` +
    `    Dataset name must include at least one separator character '/' or '@'\n` +
    '    If dataset name is specified, only that dataset is dumped\n' +
    '    If object numbers are specified, only those objects are dumped\n\n' +
    `    Options to control amount of output:\n${indented(AMOUNT)}\n` +
    `    Below options are intended for use with other options:\n${indented(OTHER)}\n` +
    'Specify an option more than once (e.g. -bb) to make only that option verbose\n' +
    'Default is to dump everything non-verbosely\n'
  );
}

/** The `scan:` lines of `zpool status`. @see cmd/zpool/zpool_main.c print_scan_status() */
import {
  DSS_CANCELED,
  DSS_FINISHED,
  POOL_SCAN_NONE,
  POOL_SCAN_SCRUB,
  type PoolScanStat,
} from '#abi/illumos/zfs-stat.ts';
import type { ZpoolRun } from '#cmd/zpool/run.ts';
import { zfsNicenum } from '#lib/libzfs/nicenum.ts';

/** Below this rate there is no telling how long it will take. */
const LEAST_RATE: number = 10 * 2 ** 20;

/** `2 days 03:04:05` */
function duration(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const parts = [(seconds / 3600) % 24, (seconds / 60) % 60, seconds % 60];
  return `${days} days ${parts.map(two).join(':')}`;
}

export function scanText(
  run: ZpoolRun,
  scan: PoolScanStat | undefined,
  nowSeconds: number,
): string {
  if (scan === undefined || scan.func === POOL_SCAN_NONE) return '  scan: none requested\n';
  const isScrub = scan.func === POOL_SCAN_SCRUB;
  const processed = zfsNicenum(scan.processedBytes);
  if (scan.state === DSS_FINISHED) {
    const verb = isScrub ? 'scrub repaired' : 'resilvered';
    return (
      `  scan: ${verb} ${processed} in ${duration(scan.endSeconds - scan.startSeconds)} ` +
      `with ${scan.errors} errors on ${run.ctime(scan.endSeconds)}`
    );
  }
  const what = isScrub ? 'scrub' : 'resilver';
  if (scan.state === DSS_CANCELED) {
    return `  scan: ${what} canceled on ${run.ctime(scan.endSeconds)}`;
  }
  const isPaused = isScrub && scan.passPausedSeconds !== 0;
  let text = isPaused
    ? `  scan: scrub paused since ${run.ctime(scan.passPausedSeconds)}` +
      `\tscrub started on ${run.ctime(scan.startSeconds)}`
    : `  scan: ${what} in progress since ${run.ctime(scan.startSeconds)}`;
  text += progressText(scan, isPaused, nowSeconds);
  return text;
}

function progressText(scan: PoolScanStat, isPaused: boolean, nowSeconds: number): string {
  const isScrub = scan.func === POOL_SCAN_SCRUB;
  const total = scan.toExamineBytes;
  const issued = scan.issuedBytes;
  const spent = nowSeconds - scan.passStartSeconds - scan.passTotalPausedSeconds;
  const elapsed = Math.max(1, spent);
  const scanRate = Math.floor(scan.passExaminedBytes / elapsed);
  const issueRate = Math.floor(scan.passIssuedBytes / elapsed);
  const [scanned, done, all] = [scan.examinedBytes, issued, total].map(zfsNicenum);
  const amounts = isPaused
    ? `\t${scanned} scanned, ${done} issued, ${all} total\n`
    : `\t${scanned} scanned at ${zfsNicenum(scanRate)}/s, ` +
      `${done} issued at ${zfsNicenum(issueRate)}/s, ${all} total\n`;
  const percent = total === 0 ? '100.00' : ((100 * issued) / total).toFixed(2);
  const verb = isScrub ? 'repaired' : 'resilvered';
  let end = '\n';
  if (!isPaused) {
    const isKnown = issueRate >= LEAST_RATE && total >= issued;
    end = isKnown
      ? `, ${duration(Math.floor((total - issued) / issueRate))} to go\n`
      : ', no estimated completion time\n';
  }
  return `${amounts}\t${zfsNicenum(scan.processedBytes)} ${verb}, ${percent}% done${end}`;
}

/** Limits that the calls promise. @spec uts/common/sys/param.h, limits.h  @man limits.h(3HEAD) */
/** Bytes in a path, with the final NUL. */
export const PATH_MAX = 1024;
/** Bytes in one component, without NUL. */
export const NAME_MAX = 255;
/** Symbolic links followed in one resolution. */
export const MAXSYMLINKS = 20;
/** The largest write to a pipe that is never interleaved with others. */
export const PIPE_BUF = 5120;
/** Links to one file. */
export const LINK_MAX = 32767;
/** Bytes of a canonical terminal line. */
export const MAX_CANON = 256;

/**
 * Errors of the kernel: one preallocated object a code, returned as a value, never thrown by the
 * kernel (throwing costs microseconds; a `configure` run is thousands of ENOENT). A result is
 * `T | Errno`; ask with `isErrno`.
 * @man Intro(2)
 */
import { ERRNO, type ErrnoName } from '#abi/illumos/errno.ts';

export class Errno {
  /** The C name, e.g. `ENOENT`. */
  readonly name: ErrnoName;
  /** The illumos number. */
  readonly number: number;
  /** strerror(3C) */
  readonly message: string;

  constructor(name: ErrnoName) {
    const [number, message] = ERRNO[name];
    this.name = name;
    this.number = number;
    this.message = message;
  }
}

export function isErrno(result: unknown): result is Errno {
  return result instanceof Errno;
}

const byNumber = new Map<number, Errno>();

function define(name: ErrnoName): Errno {
  const errno = new Errno(name);
  byNumber.set(errno.number, errno);
  return errno;
}

/** The object for an illumos number, if there is such an error. */
export function errnoByNumber(number: number): Errno | undefined {
  return byNumber.get(number);
}

export const EPERM: Errno = define('EPERM');
export const ENOENT: Errno = define('ENOENT');
export const ESRCH: Errno = define('ESRCH');
export const EINTR: Errno = define('EINTR');
export const EIO: Errno = define('EIO');
export const ENXIO: Errno = define('ENXIO');
export const E2BIG: Errno = define('E2BIG');
export const ENOEXEC: Errno = define('ENOEXEC');
export const EBADF: Errno = define('EBADF');
export const ECHILD: Errno = define('ECHILD');
export const EAGAIN: Errno = define('EAGAIN');
export const ENOMEM: Errno = define('ENOMEM');
export const EACCES: Errno = define('EACCES');
export const EFAULT: Errno = define('EFAULT');
export const ENOTBLK: Errno = define('ENOTBLK');
export const EBUSY: Errno = define('EBUSY');
export const EEXIST: Errno = define('EEXIST');
export const EXDEV: Errno = define('EXDEV');
export const ENODEV: Errno = define('ENODEV');
export const ENOTDIR: Errno = define('ENOTDIR');
export const EISDIR: Errno = define('EISDIR');
export const EINVAL: Errno = define('EINVAL');
export const ENFILE: Errno = define('ENFILE');
export const EMFILE: Errno = define('EMFILE');
export const ENOTTY: Errno = define('ENOTTY');
export const ETXTBSY: Errno = define('ETXTBSY');
export const EFBIG: Errno = define('EFBIG');
export const ENOSPC: Errno = define('ENOSPC');
export const ESPIPE: Errno = define('ESPIPE');
export const EROFS: Errno = define('EROFS');
export const EMLINK: Errno = define('EMLINK');
export const EPIPE: Errno = define('EPIPE');
export const EDOM: Errno = define('EDOM');
export const ERANGE: Errno = define('ERANGE');
export const ENOMSG: Errno = define('ENOMSG');
export const EIDRM: Errno = define('EIDRM');
export const EDEADLK: Errno = define('EDEADLK');
export const ENOLCK: Errno = define('ENOLCK');
export const ECANCELED: Errno = define('ECANCELED');
export const ENOTSUP: Errno = define('ENOTSUP');
export const EDQUOT: Errno = define('EDQUOT');
export const EBADE: Errno = define('EBADE');
export const EOWNERDEAD: Errno = define('EOWNERDEAD');
export const ENOTRECOVERABLE: Errno = define('ENOTRECOVERABLE');
export const ENOSTR: Errno = define('ENOSTR');
export const ENODATA: Errno = define('ENODATA');
export const ETIME: Errno = define('ETIME');
export const ENOSR: Errno = define('ENOSR');
export const EPROTO: Errno = define('EPROTO');
export const EBADMSG: Errno = define('EBADMSG');
export const ENAMETOOLONG: Errno = define('ENAMETOOLONG');
export const EOVERFLOW: Errno = define('EOVERFLOW');
export const EILSEQ: Errno = define('EILSEQ');
export const ENOSYS: Errno = define('ENOSYS');
export const ELOOP: Errno = define('ELOOP');
export const ERESTART: Errno = define('ERESTART');
export const ENOTEMPTY: Errno = define('ENOTEMPTY');
export const EUSERS: Errno = define('EUSERS');
export const ENOTSOCK: Errno = define('ENOTSOCK');
export const EDESTADDRREQ: Errno = define('EDESTADDRREQ');
export const EMSGSIZE: Errno = define('EMSGSIZE');
export const EPROTOTYPE: Errno = define('EPROTOTYPE');
export const ENOPROTOOPT: Errno = define('ENOPROTOOPT');
export const EPROTONOSUPPORT: Errno = define('EPROTONOSUPPORT');
export const ESOCKTNOSUPPORT: Errno = define('ESOCKTNOSUPPORT');
export const EOPNOTSUPP: Errno = define('EOPNOTSUPP');
export const EPFNOSUPPORT: Errno = define('EPFNOSUPPORT');
export const EAFNOSUPPORT: Errno = define('EAFNOSUPPORT');
export const EADDRINUSE: Errno = define('EADDRINUSE');
export const EADDRNOTAVAIL: Errno = define('EADDRNOTAVAIL');
export const ENETDOWN: Errno = define('ENETDOWN');
export const ENETUNREACH: Errno = define('ENETUNREACH');
export const ENETRESET: Errno = define('ENETRESET');
export const ECONNABORTED: Errno = define('ECONNABORTED');
export const ECONNRESET: Errno = define('ECONNRESET');
export const ENOBUFS: Errno = define('ENOBUFS');
export const EISCONN: Errno = define('EISCONN');
export const ENOTCONN: Errno = define('ENOTCONN');
export const ESHUTDOWN: Errno = define('ESHUTDOWN');
export const ETIMEDOUT: Errno = define('ETIMEDOUT');
export const ECONNREFUSED: Errno = define('ECONNREFUSED');
export const EHOSTDOWN: Errno = define('EHOSTDOWN');
export const EHOSTUNREACH: Errno = define('EHOSTUNREACH');
export const EALREADY: Errno = define('EALREADY');
export const EINPROGRESS: Errno = define('EINPROGRESS');
export const ESTALE: Errno = define('ESTALE');

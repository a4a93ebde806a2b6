/** Commands and functions of uadmin(2). @spec uts/common/sys/uadmin.h */
export const A_REBOOT = 1;
export const A_SHUTDOWN = 2;
export const A_FREEZE = 3;
export const A_REMOUNT = 4;
export const A_DUMP = 5;
export const A_CONFIG = 23;

export const AD_HALT = 0;
export const AD_BOOT = 1;
export const AD_IBOOT = 2;
export const AD_SBOOT = 3;
export const AD_SIBOOT = 4;
export const AD_POWEROFF = 6;
export const AD_NOSYNC = 7;
export const AD_FASTREBOOT = 8;

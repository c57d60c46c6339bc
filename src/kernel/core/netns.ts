/** The inode of the only network namespace, the initial one. */
export const INIT_NETNS = 4_026_531_840;

// SPDX-License-Identifier: MIT
// Constants that no BTF has: they go with any vmlinux.h.
#define ETH_P_IP 0x0800
#define ETH_P_8021Q 0x8100
#define ETH_P_IPV6 0x86dd
#define ETH_HLEN 14
#define IPPROTO_ICMP 1
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define AF_INET 2
#define AF_INET6 10
#define CLOCK_MONOTONIC 1
#define EPERM 1
#define ENOENT 2

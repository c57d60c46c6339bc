// SPDX-License-Identifier: MIT
// A TCP congestion control in BPF: Reno, but a loss halves the window only every other time.
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

extern __u32 tcp_reno_ssthresh(struct sock *sk) __ksym;
extern __u32 tcp_reno_undo_cwnd(struct sock *sk) __ksym;
extern void tcp_reno_cong_avoid(struct sock *sk, __u32 ack, __u32 acked) __ksym;

// Kept for each connection in the room that the kernel gives congestion controls.
struct patient {
	__u32 losses;
};

static struct patient *patient_of(struct sock *sk)
{
	return (struct patient *)((struct inet_connection_sock *)sk)->icsk_ca_priv;
}

SEC("struct_ops/patient_init")
void BPF_PROG(patient_init, struct sock *sk)
{
	patient_of(sk)->losses = 0;
}

SEC("struct_ops/patient_ssthresh")
__u32 BPF_PROG(patient_ssthresh, struct sock *sk)
{
	struct patient *patient = patient_of(sk);
	__u32 window = ((struct tcp_sock *)sk)->snd_cwnd;

	patient->losses++;
	return patient->losses & 1 && window > 2 ? window - 1 : tcp_reno_ssthresh(sk);
}

SEC("struct_ops/patient_cong_avoid")
void BPF_PROG(patient_cong_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
	tcp_reno_cong_avoid(sk, ack, acked);
}

SEC("struct_ops/patient_undo_cwnd")
__u32 BPF_PROG(patient_undo_cwnd, struct sock *sk)
{
	return tcp_reno_undo_cwnd(sk);
}

SEC(".struct_ops")
struct tcp_congestion_ops patient = {
	.init = (void *)patient_init,
	.ssthresh = (void *)patient_ssthresh,
	.cong_avoid = (void *)patient_cong_avoid,
	.undo_cwnd = (void *)patient_undo_cwnd,
	.name = "bpf_patient",
};

char LICENSE[] SEC("license") = "GPL";

package io.fanatic.netlink.bpf;

/**
 * The registers of the machine, 64 bits each. R0 holds results, R1 to R5 arguments and are lost in every call, R6 to R9 survive
 * calls, R10 points just past the 512 bytes of stack and is read only.
 */
public enum Register {
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
    R10
}

package io.fanatic.core;

/** Whether IPv4 for hosts on the same segment travels without encapsulation. */
public enum Direct {
    /** All packets are encapsulated. */
    OFF,
    /** Packets without encapsulation are received and none are sent: between the two others, host by host. */
    ACCEPT,
    /** They are sent and received. */
    SEND
}

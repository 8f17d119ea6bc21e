package io.fanatic.harness.reach;

/** What can be wrong with an exchange of data. */
public enum TransferFailure {
    /** All went well. */
    NONE,
    /** Nothing listens there. */
    REFUSED,
    /** It cannot be reached at all, or nothing answered the call. */
    SILENT,
    /** It began and then stood still. */
    STALLED,
    /** It broke, or came back short. */
    CUT,
    /** It came back changed. */
    DAMAGED
}

package io.fanatic.netlink.bpf;

/** Says whether this kernel has the fast path, in a process of its own. */
final class FastPathTrial {
    private FastPathTrial() {}

    /** Takes no words. */
    public static void main(String... words) {
        System.out.println(BpfFeatures.fastPath());
    }
}

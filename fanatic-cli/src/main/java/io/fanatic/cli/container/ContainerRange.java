package io.fanatic.cli.container;

import io.fanatic.core.Cidr;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import java.util.ArrayList;
import java.util.List;

/**
 * A slice's container addresses for engines that know nothing but networks: a block, and the addresses in it that no
 * container may get. These are the slice's first and last one and the host reserve; in an overlay of prefix length 8 an
 * engine would take 250.0.45.0 and .255 for addresses like any other.
 *
 * @param block where the engine chooses addresses from
 * @param kept addresses in the block that are not for containers, in order
 */
record ContainerRange(Cidr block, List<Ipv4Address> kept) {

    /** More exceptions than this make an engine's settings unreadable; a smaller block is chosen then. */
    static final int MOST_KEPT = 256;

    ContainerRange {
        kept = List.copyOf(kept);
    }

    /**
     * The block with the most container addresses of all that need at most {@value #MOST_KEPT} exceptions; the slice itself
     * when the host reserve is not large.
     */
    static ContainerRange of(FanSlice slice) {
        ContainerRange best = largestBlock(slice);
        Cidr all = slice.cidr();
        for (int length = all.prefixLength(); length <= 32; length++) {
            Cidr block = firstWithFew(slice, new Cidr(all.network(), length));
            ContainerRange candidate = new ContainerRange(block, kept(slice, block));
            if (candidate.kept.size() <= MOST_KEPT && candidate.free() > best.free()) {
                best = candidate;
            }
        }
        return best;
    }

    /** The largest block of container addresses only, for an engine that knows no exceptions; of several the first. */
    static ContainerRange largestBlock(FanSlice slice) {
        long first = unsigned(slice.firstContainerAddress());
        long last = unsigned(slice.lastContainerAddress());
        for (int length = slice.cidr().prefixLength(); length <= 32; length++) {
            long size = 1L << (32 - length);
            long start = (first + size - 1) / size * size;
            if (start + size - 1 <= last) {
                return new ContainerRange(new Cidr(Ipv4Address.of((int) start), length), List.of());
            }
        }
        throw new IllegalStateException("a slice has a container address");
    }

    /** The first block of this size in the slice that has no more than the bearable number of reserved addresses. */
    private static Cidr firstWithFew(FanSlice slice, Cidr sized) {
        long start = unsigned(slice.cidr().network());
        long end = unsigned(slice.cidr().last());
        long skip = Math.max(0, slice.hostReserve() + 1L - MOST_KEPT + 1);
        long at = (start + skip + sized.size() - 1) / sized.size() * sized.size();
        return new Cidr(Ipv4Address.of((int) Math.min(at, end + 1 - sized.size())), sized.prefixLength());
    }

    private static List<Ipv4Address> kept(FanSlice slice, Cidr block) {
        List<Ipv4Address> kept = new ArrayList<>();
        Ipv4Address address = block.network();
        while (kept.size() <= MOST_KEPT
                && block.contains(address)
                && address.compareTo(slice.firstContainerAddress()) < 0) {
            kept.add(address);
            address = address.plus(1);
        }
        Ipv4Address last = slice.cidr().last();
        if (block.contains(last)) {
            kept.add(last);
        }
        return kept;
    }

    /** How many addresses containers can have. */
    long free() {
        return block.size() - kept.size();
    }

    /** {@code 250.0.45.2 to 250.0.45.254}. */
    String words() {
        Ipv4Address first = block.network();
        while (kept.contains(first)) {
            first = first.plus(1);
        }
        Ipv4Address last = block.last();
        while (kept.contains(last)) {
            last = last.plus(-1);
        }
        return first + " to " + last;
    }

    private static long unsigned(Ipv4Address address) {
        return Integer.toUnsignedLong(address.bits());
    }
}

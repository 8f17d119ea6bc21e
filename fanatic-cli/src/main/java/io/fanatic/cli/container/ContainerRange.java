package io.fanatic.cli.container;

import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv4Range;
import java.util.ArrayList;
import java.util.List;

/**
 * A share's container addresses for engines that know nothing but networks: a block, and the addresses in it that no
 * container may get. These are the slice's first and last one and the host reserve; in an overlay of prefix length 8 an
 * engine would take 250.0.45.0 and .255 for addresses like any other.
 *
 * @param block where the engine chooses addresses from
 * @param kept addresses in the block that are not for containers, in order
 */
public record ContainerRange(Ipv4Prefix block, List<Ipv4Address> kept) {

    /** More exceptions than this make an engine's settings unreadable; a smaller block is chosen then. */
    static final int MAX_KEPT = 256;

    public ContainerRange {
        kept = List.copyOf(kept);
    }

    /**
     * The block with the most container addresses of all in a share that need at most {@value #MAX_KEPT} exceptions; the share
     * itself when the host reserve is not large.
     *
     * @param share a part of the slice with a container address in it
     */
    public static ContainerRange of(FanSlice slice, Ipv4Prefix share) {
        long first = Math.max(unsigned(slice.firstContainerAddress()), unsigned(share.network()));
        ContainerRange best = new ContainerRange(new Ipv4Prefix(Ipv4Address.of((int) first), 32), List.of());
        for (int length = share.prefixLength(); length <= 32; length++) {
            Ipv4Prefix block = firstWithFew(slice, share, length);
            ContainerRange candidate = new ContainerRange(block, kept(slice, block));
            if (candidate.kept.size() <= MAX_KEPT && candidate.free() > best.free()) {
                best = candidate;
            }
        }
        return best;
    }

    /**
     * The largest block of a share without the slice's first address and the host reserve, for an engine that knows no
     * exceptions; of several the first. The slice's last address may be in it, and without it half of the addresses would be lost: an address like any other where
     * containers have the overlay's prefix; where they have the slice's, Docker keeps it, as it keeps each network's broadcast address.
     *
     * @param share a part of the slice with a container address in it
     */
    public static ContainerRange largestBlock(FanSlice slice, Ipv4Prefix share) {
        long first = Math.max(unsigned(slice.firstContainerAddress()), unsigned(share.network()));
        long last = unsigned(share.last());
        for (int length = share.prefixLength(); length <= 32; length++) {
            long size = 1L << (32 - length);
            long start = (first + size - 1) / size * size;
            if (start + size - 1 <= last) {
                return new ContainerRange(new Ipv4Prefix(Ipv4Address.of((int) start), length), List.of());
            }
        }
        throw new IllegalStateException("a share has a container address");
    }

    /** The first block of this size in the share that has no more than the bearable number of reserved addresses. */
    private static Ipv4Prefix firstWithFew(FanSlice slice, Ipv4Prefix share, int length) {
        long size = 1L << (32 - length);
        long start = unsigned(share.network());
        long end = unsigned(share.last());
        long reserved = Math.max(0, unsigned(slice.firstContainerAddress()) - start);
        long skip = Math.max(0, reserved - MAX_KEPT + 1);
        long at = (start + skip + size - 1) / size * size;
        return new Ipv4Prefix(Ipv4Address.of((int) Math.min(at, end + 1 - size)), length);
    }

    private static List<Ipv4Address> kept(FanSlice slice, Ipv4Prefix block) {
        List<Ipv4Address> kept = new ArrayList<>();
        Ipv4Address address = block.network();
        while (kept.size() <= MAX_KEPT
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

    /** {@link #kept}, or all of the slice that no container may get, where these are few: somebody may ask for one by name. */
    public List<Ipv4Address> keptIn(FanSlice slice) {
        List<Ipv4Address> all = kept(slice, slice.cidr());
        return all.size() <= MAX_KEPT ? all : kept;
    }

    /** How many addresses containers can have. */
    long free() {
        return block.size() - kept.size();
    }

    /** From the first address that is not kept to the last one. */
    public Ipv4Range range() {
        Ipv4Address first = block.network();
        while (kept.contains(first)) {
            first = first.plus(1);
        }
        Ipv4Address last = block.last();
        while (kept.contains(last)) {
            last = last.plus(-1);
        }
        return new Ipv4Range(first, last);
    }

    private static long unsigned(Ipv4Address address) {
        return Integer.toUnsignedLong(address.bits());
    }
}

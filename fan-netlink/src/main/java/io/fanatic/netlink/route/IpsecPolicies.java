package io.fanatic.netlink.route;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.wire.Attributes;
import io.fanatic.netlink.wire.NetlinkException;
import io.fanatic.netlink.wire.NetlinkSocket;
import io.fanatic.netlink.wire.Reply;
import io.fanatic.netlink.wire.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * IPsec's policies and security associations in the calling thread's network namespace (linux/xfrm.h): whether there are any, and our own
 * that block. Selectors are in network byte order, all else in the host's.
 */
public final class IpsecPolicies {
    /** Of ours: worse than that of the policies that encrypt ({@link #ENCRYPTING}), better than what a daemon gives by itself. */
    public static final int BLOCKING = 250;
    /** Of the policies that encrypt what ours would block. */
    public static final int ENCRYPTING = 1;

    private static final int XFRM_MSG_NEWSA = 0x10;
    private static final int XFRM_MSG_GETSA = 0x12;
    private static final int XFRM_MSG_NEWPOLICY = 0x13;
    private static final int XFRM_MSG_DELPOLICY = 0x14;
    private static final int XFRM_MSG_GETPOLICY = 0x15;
    private static final int XFRM_MSG_GETDEFAULT = 0x28;
    private static final int XFRM_USERPOLICY_BLOCK = 1;
    private static final int XFRM_POLICY_IN = 0;
    private static final int XFRM_POLICY_OUT = 1;
    private static final int XFRMA_ALG_AEAD = 18;
    private static final int AF_INET = 2;
    private static final int IPIP = 4;
    private static final int UDP = 17;
    private static final int ESP = 50;
    private static final int EXACT = 0xffff;
    private static final int INFINITE = -1;

    /** struct xfrm_userpolicy_id: a selector, an index and a direction. */
    private static final int POLICY_ID_WORDS = 16;

    // Offsets into struct xfrm_userpolicy_info, and into struct xfrm_selector at its begin.
    private static final int DESTINATION = 0;
    private static final int SOURCE = 16;
    private static final int DESTINATION_PORT = 32;
    private static final int DESTINATION_PORT_MASK = 34;
    private static final int SOURCE_PORT_MASK = 38;
    private static final int FAMILY = 40;
    private static final int DESTINATION_LENGTH = 42;
    private static final int SOURCE_LENGTH = 43;
    private static final int PROTOCOL = 44;
    private static final int PRIORITY = 152;
    private static final int DIRECTION = 160;
    private static final int ACTION = 161;

    // Of a security association: offsets into struct xfrm_usersa_info, which begins with a selector, and its size.
    private static final int SA_DESTINATION = 56;
    private static final int SA_SOURCE = 80;
    private static final int SA_BYTES = 160;
    private static final int SA_PACKETS = 168;
    private static final int SA_ADDED = 176;
    private static final int SA_REQUEST_ID = 208;
    private static final int SA_FAMILY = 212;
    private static final int SA_INFO = 224;

    /** The key's length in bits, in struct xfrm_algo_aead, after the algorithm's name. */
    private static final int KEY_BITS = 64;

    private static final String GCM = "rfc4106(gcm(aes))";
    /** Of GCM's key, not the cipher's. */
    private static final int SALT_BITS = 32;

    private static final Path DROPS = Path.of("/proc/thread-self/net/xfrm_stat");

    /** struct xfrm_lifetime_cfg: four limits in bytes and packets, four times in seconds, of two words each. */
    private static final int LIMIT_WORDS = 8;

    /** struct xfrm_lifetime_cur. */
    private static final int CURRENT_WORDS = 8;

    private IpsecPolicies() {}

    /**
     * Whether there is a policy, of any family and direction, or what has none is blocked.
     *
     * @throws ErrnoException EPERM without CAP_NET_ADMIN
     */
    public static boolean exist() {
        return exist(policy -> true);
    }

    /**
     * As {@link #exist()}, without those that are for other protocols or other UDP ports alone.
     *
     * @param port a UDP destination port
     * @throws ErrnoException EPERM without CAP_NET_ADMIN
     */
    public static boolean existForUdp(int port) {
        return exist(policy -> {
            int protocol = policy.u8(PROTOCOL);
            boolean ofAnotherPort = policy.u16(DESTINATION_PORT_MASK) == EXACT && policy.be16(DESTINATION_PORT) != port;
            return protocol == 0 || protocol == UDP && !ofAnotherPort;
        });
    }

    private static boolean exist(Predicate<Reply> concerns) {
        try (NetlinkSocket socket = NetlinkSocket.openXfrm()) {
            List<Boolean> each =
                    socket.dump("list IPsec policies", all(socket), (reply, found) -> found.add(concerns.test(reply)));
            return each.contains(true) || blocksTheRest(socket);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EPROTONOSUPPORT) {
                return false; // a kernel without IPsec
            }
            throw e;
        }
    }

    private static Request all(NetlinkSocket socket) {
        return zeros(socket.request(XFRM_MSG_GETPOLICY, 0), POLICY_ID_WORDS);
    }

    /** struct xfrm_userpolicy_default: incoming, forwarded, outgoing (Linux 5.14). */
    private static boolean blocksTheRest(NetlinkSocket socket) {
        try {
            return socket.fetch(
                            "ask what IPsec does without a policy",
                            socket.request(XFRM_MSG_GETDEFAULT, 0).put32(0),
                            (reply, found) -> found.add(
                                    reply.u8(0) == XFRM_USERPOLICY_BLOCK || reply.u8(2) == XFRM_USERPOLICY_BLOCK))
                    .contains(true);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EINVAL) {
                return false; // a kernel that does not know the question
            }
            throw e;
        }
    }

    /**
     * Our policies: those that block UDP over IPv4 to one port, or IPIP, with priority {@value #BLOCKING}. None on a kernel without IPsec.
     *
     * @throws ErrnoException EPERM without CAP_NET_ADMIN
     */
    public static List<BlockPolicy> blocking() {
        try (NetlinkSocket socket = NetlinkSocket.openXfrm()) {
            return socket.<BlockPolicy>dump("list IPsec policies", all(socket), IpsecPolicies::read);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EPROTONOSUPPORT) {
                return List.of();
            }
            throw e;
        }
    }

    /**
     * The UDP destination ports of what is to be encrypted on its way out, by policies of priority {@value #ENCRYPTING}; 0 is IPIP.
     *
     * @throws ErrnoException EPROTONOSUPPORT on a kernel without IPsec; EPERM without CAP_NET_ADMIN
     */
    public static Set<Integer> encryptedPorts() {
        try (NetlinkSocket socket = NetlinkSocket.openXfrm()) {
            return new HashSet<>(socket.<Integer>dump("list IPsec policies", all(socket), (reply, found) -> {
                boolean encrypts = reply.u8(ACTION) != XFRM_USERPOLICY_BLOCK
                        && reply.u32(PRIORITY) == ENCRYPTING
                        && (reply.u8(PROTOCOL) == UDP || reply.u8(PROTOCOL) == IPIP)
                        && reply.u8(DIRECTION) == XFRM_POLICY_OUT;
                if (encrypts) {
                    found.add(reply.be16(DESTINATION_PORT));
                }
            }));
        }
    }

    /**
     * {@return the security associations over IPv4; none on a kernel without IPsec}
     *
     * @throws ErrnoException EPERM without CAP_NET_ADMIN
     */
    public static List<SecurityAssociation> associations() {
        try (NetlinkSocket socket = NetlinkSocket.openXfrm()) {
            return socket.<SecurityAssociation>dump(
                    "list IPsec security associations",
                    socket.request(XFRM_MSG_GETSA, 0),
                    IpsecPolicies::readAssociation);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EPROTONOSUPPORT) {
                return List.of();
            }
            throw e;
        }
    }

    private static void readAssociation(Reply reply, List<? super SecurityAssociation> found) {
        if (reply.u16(SA_FAMILY) != AF_INET) {
            return;
        }
        String algorithm = "?";
        for (Attributes each = reply.attributes(SA_INFO); each.next(); ) {
            if (each.type() == XFRMA_ALG_AEAD) {
                String name = new String(each.bytes(), 0, KEY_BITS, StandardCharsets.US_ASCII).replace("\0", "");
                algorithm = name.equals(GCM) ? "AES-" + (each.u32(KEY_BITS) - SALT_BITS) + "-GCM" : name;
            }
        }
        found.add(new SecurityAssociation(
                Ipv4Address.of(reply.be32(SA_SOURCE)),
                Ipv4Address.of(reply.be32(SA_DESTINATION)),
                Integer.toUnsignedLong(reply.u32(SA_REQUEST_ID)),
                algorithm,
                Instant.ofEpochSecond(reply.u64(SA_ADDED)),
                reply.u64(SA_BYTES),
                reply.u64(SA_PACKETS)));
    }

    /**
     * {@return how many packets IPsec has dropped in this network namespace, by the kernel's name for the reason, such as {@code
     * XfrmInPolBlock}; only reasons that there were; empty on a kernel that does not count them}
     */
    public static Map<String, Long> drops() {
        Map<String, Long> drops = new TreeMap<>();
        try {
            for (String line : Files.readAllLines(DROPS)) {
                String[] words = line.strip().split("\\s+", -1);
                if (words.length == 2 && !words[1].equals("0")) {
                    drops.put(words[0], Long.parseLong(words[1]));
                }
            }
        } catch (NoSuchFileException none) {
            return Map.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + DROPS, e);
        }
        return drops;
    }

    private static void read(Reply reply, List<? super BlockPolicy> found) {
        int direction = reply.u8(DIRECTION);
        boolean ours = reply.u8(ACTION) == XFRM_USERPOLICY_BLOCK
                && reply.u32(PRIORITY) == BLOCKING
                && reply.u16(FAMILY) == AF_INET
                && (reply.u8(PROTOCOL) == UDP && reply.u16(DESTINATION_PORT_MASK) == EXACT
                        || reply.u8(PROTOCOL) == IPIP && reply.u16(DESTINATION_PORT_MASK) == 0)
                && reply.u16(SOURCE_PORT_MASK) == 0
                && (direction == XFRM_POLICY_IN || direction == XFRM_POLICY_OUT);
        if (ours) {
            boolean incoming = direction == XFRM_POLICY_IN;
            int address = reply.be32(incoming ? SOURCE : DESTINATION);
            int length = reply.u8(incoming ? SOURCE_LENGTH : DESTINATION_LENGTH);
            found.add(new BlockPolicy(
                    incoming, new Ipv4Prefix(Ipv4Address.of(address), length), reply.be16(DESTINATION_PORT)));
        }
    }

    /**
     * Adds one of our policies, or makes it what it was where it is there.
     *
     * @param policy what is dropped
     * @throws ErrnoException EPROTONOSUPPORT on a kernel without IPsec; EPERM without CAP_NET_ADMIN
     */
    public static void add(BlockPolicy policy) {
        try (NetlinkSocket socket = NetlinkSocket.openXfrm()) {
            // XFRM_MSG_UPDPOLICY is no answer to "it is there": the kernel makes one where there is none.
            Request request = socket.request(XFRM_MSG_NEWPOLICY, 0);
            putSelector(request, policy);
            putLifetimes(request);
            request.put32(BLOCKING).put32(0);
            request.put8(direction(policy)).put8(XFRM_USERPOLICY_BLOCK).put16(0).put32(0);
            socket.execute("add the IPsec policy that blocks " + policy, request);
        } catch (NetlinkException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }

    /**
     * Removes one of our policies; one that is gone already is no error.
     *
     * @param policy what it drops
     */
    public static void remove(BlockPolicy policy) {
        try (NetlinkSocket socket = NetlinkSocket.openXfrm()) {
            Request request = socket.request(XFRM_MSG_DELPOLICY, 0);
            putSelector(request, policy);
            request.put32(0).put8(direction(policy)).put8(0).put16(0);
            socket.execute("remove the IPsec policy that blocks " + policy, request);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.EPROTONOSUPPORT) {
                throw e;
            }
        }
    }

    private static int direction(BlockPolicy policy) {
        return policy.incoming() ? XFRM_POLICY_IN : XFRM_POLICY_OUT;
    }

    private static void putSelector(Request request, BlockPolicy policy) {
        int remote = policy.remote().network().bits();
        int length = policy.remote().prefixLength();
        putAddress(request, policy.incoming() ? 0 : remote);
        putAddress(request, policy.incoming() ? remote : 0);
        request.putBe16(policy.port()).put16(policy.port() == 0 ? 0 : EXACT).put32(0);
        request.put16(AF_INET).put8(policy.incoming() ? 0 : length).put8(policy.incoming() ? length : 0);
        request.put8(policy.port() == 0 ? IPIP : UDP).put8(0).put16(0).put32(0).put32(0);
    }

    /** xfrm_address_t. */
    private static void putAddress(Request request, int bits) {
        zeros(request.putBe32(bits), 3);
    }

    /** Unlimited, nothing used yet. */
    private static void putLifetimes(Request request) {
        for (int i = 0; i < LIMIT_WORDS; i++) {
            request.put32(INFINITE);
        }
        zeros(request, LIMIT_WORDS + CURRENT_WORDS);
    }

    private static Request zeros(Request request, int words) {
        for (int i = 0; i < words; i++) {
            request.put32(0);
        }
        return request;
    }

    /**
     * Adds a security association that nobody uses, of the kind that a fan's packets take: ESP with AES-256-GCM and a check value of 16
     * bytes. For a network namespace that ends thereafter.
     *
     * @throws ErrnoException when this kernel cannot
     */
    public static void tryEsp() {
        try (NetlinkSocket socket = NetlinkSocket.openXfrm()) {
            Request request = socket.request(XFRM_MSG_NEWSA, 0);
            zeros(request, 10);
            request.put16(AF_INET).put16(0).put32(0).put32(0).put32(0);
            // struct xfrm_id: destination, SPI, protocol; then the source.
            putAddress(request, 0x7f000001);
            request.putBe32(0x100).put8(ESP).put8(0).put16(0);
            putAddress(request, 0x7f000001);
            putLifetimes(request);
            // Statistics, sequence number, request id; family, transport mode, replay window, flags.
            zeros(request, 5);
            request.put16(AF_INET).put8(0).put8(0).put8(0).put8(0).put16(0).put32(0);
            byte[] name = GCM.getBytes(StandardCharsets.US_ASCII);
            // struct xfrm_algo_aead: name, bits of the key with its salt, bits of the check value, key.
            ByteBuffer algorithm = ByteBuffer.allocate(64 + 8 + 36).order(ByteOrder.nativeOrder());
            algorithm.put(name).position(64).putInt(36 * 8).putInt(16 * 8);
            request.bytes(XFRMA_ALG_AEAD, algorithm.array());
            socket.execute("add an ESP security association", request);
        }
    }
}

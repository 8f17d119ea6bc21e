package io.fanatic.core;

import java.util.regex.Pattern;

/**
 * How the packets of a fan are encrypted: by IPsec (ESP, AES-256-GCM, transport mode), with keys that IKEv2 makes between two hosts when
 * they first talk. In text it is {@code psk:FILE} or {@code cert:FILE}.
 *
 * @param method how hosts prove who they are
 * @param file what this host does it with: an absolute path of letters, digits and {@code . _ - /}, at most {@value #MAX_LENGTH} characters
 * @param udp whether encrypted packets travel in UDP datagrams to port 4500 (RFC 3948), for networks that drop IP protocol 50; the text does
 *     not have it, which is a flag of its own
 */
public record Encryption(Method method, String file, boolean udp) {
    /** What a path may have at most, in characters: the bridge's ifalias holds it. */
    public static final int MAX_LENGTH = 80;

    /** How hosts of a fan prove to each other who they are. */
    public enum Method {
        /** By a pre-shared key, the same on every host of the fan. */
        PSK("psk"),
        /** Each by a certificate for its underlay address; the file has the certificate, its private key and the authority, in PEM. */
        CERTIFICATE("cert");

        private final String word;

        Method(String word) {
            this.word = word;
        }
    }

    private static final Pattern PATH = Pattern.compile("/[A-Za-z0-9._/-]+");

    /** IPv4 header, in bytes; ESP leaves it in front. */
    private static final int HEADER = 20;
    /** SPI, sequence number and initialisation vector, and the check value behind, in bytes (RFC 4303, RFC 4106). */
    private static final int ESP = 16 + 16;
    /** What UDP takes. */
    private static final int UDP = 8;
    /** Length of padding and next header, encrypted with the payload, in bytes; all that is a multiple of 4. */
    private static final int TRAILER = 2;

    /**
     * Checks the path.
     *
     * @throws IllegalArgumentException when it is not as the component says
     */
    public Encryption {
        if (!PATH.matcher(file).matches() || file.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("the key file " + Text.quote(file)
                    + " is not an absolute path of at most " + MAX_LENGTH + " letters, digits and . _ - /");
        }
    }

    /**
     * With encrypted packets that are not in UDP.
     *
     * @param method how hosts prove who they are
     * @param file absolute path of the file that it needs
     * @throws IllegalArgumentException when the path is not as the component says
     */
    public Encryption(Method method, String file) {
        this(method, file, false);
    }

    /**
     * {@return the same, with encrypted packets in UDP or not}
     *
     * @param value whether they are
     */
    public Encryption withUdp(boolean value) {
        return new Encryption(method, file, value);
    }

    /**
     * Reads what {@link #toString} writes.
     *
     * @param text such as {@code psk:/etc/fanatic/fan.key}
     * @return what it says
     * @throws IllegalArgumentException when it is anything else
     */
    public static Encryption parse(String text) {
        for (Method method : Method.values()) {
            if (text.startsWith(method.word + ":")) {
                return new Encryption(method, text.substring(method.word.length() + 1));
            }
        }
        throw new IllegalArgumentException(Text.quote(text)
                + " is not an encryption method; expected psk:FILE or cert:FILE, such as psk:/etc/fanatic/fan.key");
    }

    /**
     * {@return the largest IPv4 packet that leaves as an ESP packet of at most {@code mtu} bytes, in bytes}
     *
     * @param mtu of the device, in bytes
     */
    public int carried(int mtu) {
        return ((mtu - HEADER - (udp ? UDP : 0) - ESP) & ~3) - TRAILER + HEADER;
    }

    /** {@code psk:/etc/fanatic/fan.key}. */
    @Override
    public String toString() {
        return method.word + ":" + file;
    }
}

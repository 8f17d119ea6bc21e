package io.fanatic.harness.iperf.protocol;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;

/** What tells one test from another: 36 random characters and a zero byte. */
public record Cookie(String text) {
    public static final int BYTES = 37;

    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    private static final SecureRandom RANDOM = new SecureRandom();

    public static Cookie random() {
        StringBuilder text = new StringBuilder(BYTES - 1);
        for (int i = 1; i < BYTES; i++) {
            text.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return new Cookie(text.toString());
    }

    /** @throws ProtocolException when no iperf3 would send it */
    public static Cookie of(byte[] bytes) {
        boolean printable = bytes.length == BYTES && bytes[BYTES - 1] == 0;
        for (int i = 0; i < BYTES - 1 && printable; i++) {
            printable = bytes[i] > ' ' && bytes[i] < 127;
        }
        if (!printable) {
            throw new ProtocolException("began with something else than the cookie of iperf3");
        }
        return new Cookie(new String(bytes, 0, BYTES - 1, StandardCharsets.US_ASCII));
    }

    public byte[] bytes() {
        return Arrays.copyOf(text.getBytes(StandardCharsets.US_ASCII), BYTES);
    }
}

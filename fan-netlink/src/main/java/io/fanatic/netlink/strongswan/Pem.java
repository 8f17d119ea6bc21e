package io.fanatic.netlink.strongswan;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A block of a PEM file (RFC 7468).
 *
 * @param type such as {@code CERTIFICATE}
 * @param base64 its content, without ends of lines
 */
record Pem(String type, String base64) {
    static final String CERTIFICATE = "CERTIFICATE";
    static final String REVOCATIONS = "X509 CRL";
    static final String PRIVATE_KEY = "PRIVATE KEY";

    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    /** The blocks of a file; what is between them is comment. */
    static List<Pem> all(String text) throws IOException {
        List<Pem> blocks = new ArrayList<>();
        int begin = text.indexOf(BEGIN);
        while (begin >= 0) {
            int named = text.indexOf(DASHES, begin + BEGIN.length());
            String type = named < 0 ? "" : text.substring(begin + BEGIN.length(), named);
            int end = text.indexOf(END + type + DASHES, begin);
            if (named < 0 || end < 0) {
                throw new IOException("a part of it, BEGIN " + type + ", has no end");
            }
            blocks.add(
                    new Pem(type, text.substring(named + DASHES.length(), end).replaceAll("\\s", "")));
            begin = text.indexOf(BEGIN, end);
        }
        return blocks;
    }

    byte[] der() throws IOException {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IOException("a part of it, BEGIN " + type + ", is not base64", e);
        }
    }

    /** As it stands in a file. */
    String text() {
        StringBuilder text = new StringBuilder(BEGIN + type + DASHES + "\n");
        for (int i = 0; i < base64.length(); i += 64) {
            text.append(base64, i, Math.min(i + 64, base64.length())).append('\n');
        }
        return text + END + type + DASHES + "\n";
    }

    /** The type and no more, which is all that may be shown of a key. */
    @Override
    public String toString() {
        return type;
    }
}

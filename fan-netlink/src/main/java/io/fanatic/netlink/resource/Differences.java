package io.fanatic.netlink.resource;

/** Puts what differs between two resources into words: {@code change bridge fan-250: MTU 1450 -> 1400}. */
final class Differences {
    private final StringBuilder text;
    private boolean first = true;

    Differences(String subject) {
        text = new StringBuilder(subject);
    }

    Differences add(String what, Object from, Object to) {
        if (!from.equals(to)) {
            text.append(first ? ": " : ", ")
                    .append(what)
                    .append(' ')
                    .append(from)
                    .append(" -> ")
                    .append(to);
            first = false;
        }
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}

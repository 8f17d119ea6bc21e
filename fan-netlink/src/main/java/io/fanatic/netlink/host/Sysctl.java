package io.fanatic.netlink.host;

public final class Sysctl {
    private Sysctl() {}

    public static String read(String k) {
        return "";
    }

    public static void write(String k, String v) {}
}

package io.fanatic.netlink.firewall;

import java.util.List;

/** The shell's patterns, as programs use them for the names of interfaces; of these only the asterisk. */
public final class Globs {
    private Globs() {}

    public static boolean matches(String pattern, String name) {
        List<String> parts = List.of(pattern.split("\\*", -1));
        if (parts.size() == 1) {
            return pattern.equals(name);
        }
        int at = 0;
        for (int i = 0; i < parts.size() - 1; i++) {
            int found = name.indexOf(parts.get(i), at);
            if (found < 0 || i == 0 && found != 0) {
                return false;
            }
            at = found + parts.get(i).length();
        }
        String last = parts.get(parts.size() - 1);
        return name.length() - last.length() >= at && name.endsWith(last);
    }
}

package io.fanatic.netlink.health;

import io.fanatic.netlink.firewall.Globs;
import java.util.List;

/** A list of devices as NetworkManager's configuration has it (NetworkManager.conf(5), "Device List Format"). */
final class DeviceSpecs {
    private static final String EXCEPT = "except:";
    private static final String NAME = "interface-name:";

    private final List<String> specs;

    /** @param list specs with semicolons or commas between them; may be empty */
    DeviceSpecs(String list) {
        specs = List.of(list.split("[;,\\s]+"));
    }

    /**
     * Whether they are about a device. What a spec says of addresses, paths and the like is taken as not met.
     *
     * @param kind bridge, vxlan or ipip
     */
    boolean match(String device, String kind) {
        boolean matches = false;
        for (String spec : specs) {
            if (spec.startsWith(EXCEPT)) {
                if (matches(spec.substring(EXCEPT.length()), device, kind)) {
                    return false;
                }
            } else {
                matches |= matches(spec, device, kind);
            }
        }
        return matches;
    }

    private static boolean matches(String spec, String device, String kind) {
        if (spec.equals("type:" + kind) || spec.equals("driver:" + kind)) {
            return true;
        }
        String name = spec.startsWith(NAME) ? spec.substring(NAME.length()) : spec;
        return name.startsWith("=") ? name.substring(1).equals(device) : Globs.matches(name, device);
    }
}

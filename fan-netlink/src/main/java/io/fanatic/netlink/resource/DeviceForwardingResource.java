package io.fanatic.netlink.resource;

import io.fanatic.netlink.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/** That a device of a fan's own forwards what comes in by it. Nothing is noted: the device goes with the fan. */
public record DeviceForwardingResource(String device) implements Resource {

    @Override
    public String key() {
        return "forwarding " + device;
    }

    @Override
    public void create(Kernel kernel) {
        kernel.setForwarding(device, true);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.setForwarding(device, false);
    }

    @Override
    public String creating() {
        return "forward what comes in by " + device;
    }

    @Override
    public String deleting() {
        return "stop forwarding what comes in by " + device;
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DeviceForwardingResource that && device.equals(that.device);
    }

    @Override
    public int hashCode() {
        return device.hashCode();
    }
}

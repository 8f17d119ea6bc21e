package io.fanatic.harness.serve;

import io.fanatic.core.IpAddress;
import io.fanatic.core.OverlayMapping;
import io.fanatic.core.Prefix;
import io.fanatic.harness.iperf.IperfClient;
import java.util.Optional;

/**
 * Where and whom to serve.
 *
 * @param address the one address to listen on, mostly the fan's host address
 * @param peers the network whose addresses are served, mostly the overlay; everybody else is turned away
 * @param echoPort TCP and UDP, 0 to 65535, 0 for one that the kernel chooses
 * @param discardPort TCP and UDP
 * @param iperfPort TCP and UDP
 * @param limits what it does at most
 * @param fan the fan of the peers: then all addresses of one slice, which one host gives out, share the limits of one peer
 */
public record ResponderSpec(
        IpAddress address,
        Prefix peers,
        int echoPort,
        int discardPort,
        int iperfPort,
        ServeLimits limits,
        Optional<OverlayMapping> fan) {

    /** RFC 862. */
    public static final int ECHO = 7;
    /** RFC 863. */
    public static final int DISCARD = 9;

    /**
     * Checks the ports.
     *
     * @throws IllegalArgumentException when a port is none
     */
    public ResponderSpec {
        for (int port : new int[] {echoPort, discardPort, iperfPort}) {
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException(port + " is not a port from 0 to 65535");
            }
        }
    }

    /**
     * {@return service at the usual ports and with the usual limits}
     *
     * @param address the one address to listen on
     * @param peers the network whose addresses are served
     */
    public static ResponderSpec at(IpAddress address, Prefix peers) {
        return new ResponderSpec(
                address, peers, ECHO, DISCARD, IperfClient.DEFAULT_PORT, ServeLimits.DEFAULT, Optional.empty());
    }

    /**
     * {@return the same at other ports}
     *
     * @param echo 0 to 65535, 0 for one that the kernel chooses
     * @param discard likewise
     * @param iperf likewise
     */
    public ResponderSpec withPorts(int echo, int discard, int iperf) {
        return new ResponderSpec(address, peers, echo, discard, iperf, limits, fan);
    }

    /**
     * {@return the same with other limits}
     *
     * @param limits what it does at most
     */
    public ResponderSpec withLimits(ServeLimits limits) {
        return new ResponderSpec(address, peers, echoPort, discardPort, iperfPort, limits, fan);
    }

    /**
     * {@return the same for peers of a fan}
     *
     * @param mapping says which slice an address is of
     */
    public ResponderSpec of(OverlayMapping mapping) {
        return new ResponderSpec(address, peers, echoPort, discardPort, iperfPort, limits, Optional.of(mapping));
    }
}

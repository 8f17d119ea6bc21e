package io.fanatic.netlink.resource;

import io.fanatic.netlink.kernel.Kernel;

/**
 * One thing on a host that a fan is made of, as a value: two resources are equal when nothing needs to be done to turn one into
 * the other. A {@link Change} leads from one resource to another of the same {@link #key}.
 */
public sealed interface Resource
        permits AcceptResource,
                AddressResource,
                BlockResource,
                BridgeResource,
                DeviceForwardingResource,
                DhcpResource,
                ForwardTableResource,
                ForwardingResource,
                IpipTunnelResource,
                Ipv6OutsideResource,
                Ipv6Resource,
                LiveTunnelResource,
                LocalSendersResource,
                NatResource,
                PortResource,
                PortTableResource,
                ProgramsResource,
                RememberingResource,
                RouteResource,
                StrongSwanResource,
                TunnelResource,
                TunnelTableResource,
                UpResource {

    /** What the resource is, apart from its attributes: the same for the observed and the desired form of one thing. */
    String key();

    /** Whether it has to be gone before anything else changes. */
    default boolean goesFirst() {
        return false;
    }

    /** Makes it where it is not. */
    void create(Kernel kernel);

    /** Takes it away; also from a half-made state, and when it is gone already. */
    void delete(Kernel kernel);

    /** Turns {@code from}, a resource of the same key, into this. Repeating it is harmless. Where the key says all, or what is made replaces what is there, as it is made. */
    default void change(Kernel kernel, Resource from) {
        create(kernel);
    }

    /** "create tunnel ftun-250 (...)". */
    String creating();

    /** "delete tunnel ftun-250". */
    String deleting();

    /** "change bridge fan-250: MTU 1450 -> 1400". */
    default String changing(Resource from) {
        return creating();
    }
}

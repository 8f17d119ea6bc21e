package io.fanatic.netlink.bpf;

import io.fanatic.core.Ipv4Address;
import java.nio.ByteOrder;
import java.util.List;

/** Everything that the two programs of a tunnel depend on: the same specification gives the same programs, byte by byte. */
public sealed interface ProgramSpec permits FanProgramSpec, IpipProgramSpec {

    /** This host's underlay addresses in the tunnel's fans. */
    List<Ipv4Address> localAddresses();

    /**
     * Writes the program of the tunnel's egress.
     *
     * @param countersFd descriptor of the counters map
     * @param order of the CPU that will run it
     */
    Assembler encap(int countersFd, ByteOrder order);

    /** Writes the program of the tunnel's ingress, likewise. */
    Assembler guard(int countersFd, ByteOrder order);
}

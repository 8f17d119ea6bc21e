package io.fanatic.netlink.bpf;

import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything that the programs of a device depend on: the same specification gives the same programs, byte by byte. The programs of one
 * specification are attached, found, replaced and removed together, and share their counters.
 */
public sealed interface ProgramSpec
        permits FanProgramSpec,
                FastProgramSpec,
                DirectProgramSpec,
                CardProgramSpec,
                DirectGuardSpec,
                GateProgramSpec,
                IpipProgramSpec {

    /** What the programs do, in the order in which they are attached. */
    List<Role> roles();

    /** This host's underlay addresses in the fans. */
    List<Ipv4Address> localAddresses();

    /**
     * Writes one of the programs.
     *
     * @param role one of {@link #roles}
     * @param countersFd descriptor of the counters map
     * @param order of the CPU that will run it
     */
    Assembler emit(Role role, int countersFd, ByteOrder order);

    /** What the C programs know. */
    Constants constants();

    /**
     * Writes a program that decides as one of the programs does and only tells of it.
     *
     * @param role one of {@link #roles}
     * @param order of the CPU that will run it
     * @return empty where such a program drops nothing that no other one sees
     */
    Optional<Assembler> observe(Role role, Observation observation, ByteOrder order);

    /**
     * The same for a device of ours that records the programs; that differs only where the programs hand packets to it, and not in their names.
     *
     * @param keeper index of that device
     * @param master index of the bridge that it is a port of; 0 when it is none
     */
    default ProgramSpec keptBy(int keeper, int master) {
        return this;
    }

    /** The names under which the programs are recorded on this CPU, in the order of {@link #roles}; asks the kernel nothing. */
    default List<String> names() {
        int fingerprint = FanObject.fingerprint(constants().withoutDevices());
        List<String> names = new ArrayList<>();
        for (Role role : roles()) {
            names.add(role.name(fingerprint));
        }
        return names;
    }
}

package io.fanatic.netlink.bpf;

import java.util.zip.CRC32;

/**
 * A program found on a device.
 *
 * @param id the program's number
 * @param name the program's name; of a fan's, one of {@link ProgramSpec#names} when up to date
 * @param role what it does for a fan, or {@link Role#FOREIGN}
 * @param countersMapId the number of the counters map, 0 for a foreign program
 */
public record AttachedProgram(int id, String name, Role role, int countersMapId) {

    /** What a program is to us. */
    public enum Role {
        /** A fan's {@link EncapProgram}, of this or another release. */
        ENCAP("encap_", Tcx.Hook.EGRESS),
        /** A fan's {@link GuardProgram}, of this or another release. */
        GUARD("guard_", Tcx.Hook.INGRESS),
        /** A fan's {@link GateProgram}, of this or another release. */
        GATE("gate_", Tcx.Hook.INGRESS),
        /** A fan's {@link CardGuardProgram}, of this or another release. */
        CARD_GUARD("cguard_", Tcx.Hook.INGRESS),
        /** A fan's {@link CardWitnessProgram}, of this or another release. */
        CARD_WITNESS("cseen_", Tcx.Hook.EGRESS),
        /** A fan's {@link DirectGuardProgram}, of this or another release. */
        DIRECT_GUARD("dguard_", Tcx.Hook.INGRESS),
        /** Somebody else's: leave it alone. */
        FOREIGN("", Tcx.Hook.INGRESS);

        private static final int FINGERPRINT_DIGITS = 8;

        private final String prefix;
        private final Tcx.Hook hook;

        Role(String prefix, Tcx.Hook hook) {
            this.prefix = prefix;
            this.hook = hook;
        }

        /** Where such a program belongs. */
        public Tcx.Hook hook() {
            return hook;
        }

        /** What the name of a program promises; {@link #ofId} also looks at its map. */
        static Role of(String name) {
            for (Role role : values()) {
                if (name.length() == role.prefix.length() + FINGERPRINT_DIGITS && name.startsWith(role.prefix)) {
                    return role;
                }
            }
            return FOREIGN;
        }

        /** The name of a program: what it does, and a fingerprint of its instructions, whichever map it counts in. */
        String name(Assembler program) {
            CRC32 crc = new CRC32();
            crc.update(program.bytesWithoutMaps());
            String digits = Integer.toHexString((int) crc.getValue());
            return prefix + "0".repeat(FINGERPRINT_DIGITS - digits.length()) + digits;
        }
    }

    /**
     * Asks the kernel what a program is. Ours has a name as {@link ProgramSpec#names} gives, and uses a map with the name of the counters.
     *
     * @throws io.fanatic.netlink.libc.ErrnoException ENOENT when it is gone
     */
    public static AttachedProgram ofId(int id) {
        try (BpfProgram program = BpfProgram.byId(id)) {
            BpfProgram.Info info = program.info();
            Role role = Role.of(info.name());
            if (role != Role.FOREIGN) {
                for (int mapId : info.mapIds()) {
                    try (BpfMap map = BpfMap.byId(mapId)) {
                        if (map.info().name().equals(FanPrograms.COUNTERS_NAME)) {
                            return new AttachedProgram(id, info.name(), role, mapId);
                        }
                    }
                }
            }
            return new AttachedProgram(id, info.name(), Role.FOREIGN, 0);
        }
    }
}

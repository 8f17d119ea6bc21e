package io.fanatic.netlink.bpf;

/**
 * A program found on a device.
 *
 * @param id the program's number
 * @param name the program's name in the kernel
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

        /** The name of its C function. */
        String function() {
            return prefix.substring(0, prefix.length() - 1);
        }

        /** Whether it drops what no other one sees; what the programs of the fast path do not take is for the guard on the tunnel. */
        boolean isObserved() {
            return this != CARD_GUARD && this != CARD_WITNESS;
        }

        /** What is recorded under such a name. */
        static Role of(String name) {
            for (Role role : values()) {
                if (name.length() == role.prefix.length() + FINGERPRINT_DIGITS && name.startsWith(role.prefix)) {
                    return role;
                }
            }
            return FOREIGN;
        }

        /** Under which a program is recorded: what it does, and the fingerprint of all that it depends on. */
        String name(int fingerprint) {
            String digits = Integer.toHexString(fingerprint);
            return prefix + "0".repeat(FINGERPRINT_DIGITS - digits.length()) + digits;
        }

        private static Role ofFunction(String name) {
            for (Role role : values()) {
                if (role != FOREIGN && role.function().equals(name)) {
                    return role;
                }
            }
            return FOREIGN;
        }
    }

    /**
     * Asks the kernel what a program is. Ours has the name of its function, and uses a map with the name of the counters.
     *
     * @throws io.fanatic.netlink.libc.ErrnoException ENOENT when it is gone
     */
    public static AttachedProgram ofId(int id) {
        try (BpfProgram program = BpfProgram.byId(id)) {
            BpfProgram.Info info = program.info();
            Role role = Role.ofFunction(info.name());
            int counters = role == Role.FOREIGN ? 0 : mapOf(info, FanPrograms.COUNTERS_NAME);
            return new AttachedProgram(id, info.name(), counters == 0 ? Role.FOREIGN : role, counters);
        }
    }

    /** Whether a program uses a map of this name. */
    static boolean uses(int id, String map) {
        try (BpfProgram program = BpfProgram.byId(id)) {
            return mapOf(program.info(), map) != 0;
        }
    }

    /** The number of the program's map of this name; 0 without one. */
    private static int mapOf(BpfProgram.Info program, String name) {
        for (int mapId : program.mapIds()) {
            try (BpfMap map = BpfMap.byId(mapId)) {
                if (map.info().name().equals(name)) {
                    return mapId;
                }
            }
        }
        return 0;
    }
}

package io.fanatic.netlink.bpf;

/**
 * A program found on a device.
 *
 * @param id the program's number
 * @param name the program's name; of a fan's, {@link FanPrograms.Names#encap}, {@link FanPrograms.Names#guard} or {@link FanGate#name} when up to date
 * @param role what it does for a fan, or {@link Role#FOREIGN}
 * @param countersMapId the number of the counters map, 0 for a foreign program
 */
public record AttachedProgram(int id, String name, Role role, int countersMapId) {

    /** What a program is to us. */
    public enum Role {
        /** A fan's {@link EncapProgram}, of this or another release. */
        ENCAP,
        /** A fan's {@link GuardProgram}, of this or another release. */
        GUARD,
        /** A fan's {@link GateProgram}, of this or another release. */
        GATE,
        /** Somebody else's: leave it alone. */
        FOREIGN
    }

    /**
     * Asks the kernel what a program is. Ours has a name as {@link FanPrograms} and {@link FanGate} give, and uses a map with the name of the counters.
     *
     * @throws io.fanatic.netlink.libc.ErrnoException ENOENT when it is gone
     */
    public static AttachedProgram ofId(int id) {
        try (BpfProgram program = BpfProgram.byId(id)) {
            BpfProgram.Info info = program.info();
            Role role = FanPrograms.role(info.name());
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

/** Brings fans up. */
module example.orchestrator {
    requires io.fanatic.netlink;

    exports example.orchestrator;
}

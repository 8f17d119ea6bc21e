package io.fanatic.cli;

/** fanctl on a kernel without tcx, where programs are filters of clsact. */
public final class FanctlWithoutTcx {
    private FanctlWithoutTcx() {}

    public static void main(String[] arguments) {
        WithoutEbpf.ofTcxOnThisThread();
        Fanctl.main(arguments);
    }
}

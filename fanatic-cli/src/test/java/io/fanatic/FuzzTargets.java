package io.fanatic;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;

/** All targets as one, for a single start of Jazzer: the first byte of an input says whose the rest is. */
public final class FuzzTargets {
    private static final List<String> NAMES =
            List.of(System.getProperty("fanatic.fuzz.targets", "").split(","));
    private static final List<MethodHandle> TARGETS = new ArrayList<>();
    private static final long[] EXECUTIONS = new long[NAMES.size()];

    private FuzzTargets() {}

    public static void fuzzerInitialize() throws ReflectiveOperationException {
        for (String name : NAMES) {
            TARGETS.add(MethodHandles.lookup()
                    .findStatic(
                            Class.forName(name),
                            "fuzzerTestOneInput",
                            MethodType.methodType(void.class, byte[].class)));
        }
    }

    public static void fuzzerTestOneInput(byte[] data) throws Throwable {
        if (data.length == 0) {
            return;
        }
        int target = (data[0] & 0xff) % NAMES.size();
        EXECUTIONS[target]++;
        byte[] rest = new byte[data.length - 1];
        System.arraycopy(data, 1, rest, 0, rest.length);
        TARGETS.get(target).invokeExact(rest);
    }

    public static void fuzzerTearDown() {
        for (int i = 0; i < EXECUTIONS.length; i++) {
            System.err.println("executions of " + NAMES.get(i) + ": " + EXECUTIONS[i]);
        }
    }
}

package io.fanatic.netlink.engine;

import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** A kernel that always refuses some calls, each given as name and first argument, so that undoing fails too. */
final class StubbornKernel {
    private StubbornKernel() {}

    static Kernel thatRefuses(Kernel kernel, String... calls) {
        return thatThrows(call -> new ErrnoException(call, Errno.EBUSY), kernel, calls);
    }

    static Kernel thatThrows(Function<String, Throwable> thrown, Kernel kernel, String... calls) {
        return thatThrows(thrown, kernel, () -> true, calls);
    }

    /** @param now asked at each of these calls */
    static Kernel thatThrows(Function<String, Throwable> thrown, Kernel kernel, BooleanSupplier now, String... calls) {
        Set<String> refused = Set.of(calls);
        return proxy(kernel, (method, arguments) -> {
            String call = method.getName() + (arguments == null ? "" : " " + arguments[0]);
            if (refused.contains(call) && now.getAsBoolean()) {
                throw thrown.apply(call);
            }
            return Optional.empty();
        });
    }

    /** A kernel that gives this answer to a question. */
    static Kernel thatAnswers(Kernel kernel, String question, Object answer) {
        return proxy(
                kernel,
                (method, arguments) -> method.getName().equals(question) ? Optional.of(answer) : Optional.empty());
    }

    /** What is done in place of a call; empty for what the kernel does. */
    private interface Instead {
        Optional<Object> of(Method method, Object[] arguments) throws Throwable;
    }

    private static Kernel proxy(Kernel kernel, Instead instead) {
        return (Kernel) Proxy.newProxyInstance(
                StubbornKernel.class.getClassLoader(), new Class<?>[] {Kernel.class}, (proxy, method, arguments) -> {
                    Optional<Object> answer = instead.of(method, arguments);
                    if (answer.isPresent()) {
                        return answer.get();
                    }
                    try {
                        return method.invoke(kernel, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}

// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.FieldModel;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Puts a call of {@link Points} before each access to shared memory in a class. */
final class Weaver {
    /*
     * Before: reads and writes of fields that are not final in this class, of array elements, entering of monitors,
     * calls of java.util (whose collections may be shared, and whose locks and atomics are there to be), of VarHandle
     * and of Thread, notify, and the start of synchronized methods. A call without arguments changes nothing that is
     * on the stack, so it can stand anywhere. A class initializer runs only in the first of many runs, which would
     * then differ from the others: it gets no points, and tells when it begins and ends, so that what it calls has
     * none either.
     *
     * Instead: Thread.onSpinWait, since with one carrier a loop that spins would never end; Thread.sleep,
     * TimeUnit.sleep and System.nanoTime, which then take and tell simulated time.
     */
    private static final ClassDesc POINTS = ClassDesc.of(Points.class.getName());
    private static final MethodTypeDesc NOTHING = ConstantDescs.MTD_void;
    private static final MethodTypeDesc SLEEP_OF_UNIT =
            MethodTypeDesc.of(ConstantDescs.CD_void, ClassDesc.of(TimeUnit.class.getName()), ConstantDescs.CD_long);
    private static final Set<String> REPLACED = Set.of("onSpinWait", "sleep");

    private final ClassModel model;
    private final Set<String> finals = new HashSet<>();

    private Weaver(ClassModel model) {
        this.model = model;
        for (FieldModel field : model.fields()) {
            if (field.flags().has(AccessFlag.FINAL)) {
                finals.add(field.fieldName().stringValue());
            }
        }
    }

    static byte[] weave(byte[] classFile, ClassLoader loader) {
        var resolver = ClassHierarchyResolver.ofResourceParsing(loader)
                .orElse(ClassHierarchyResolver.defaultResolver())
                .cached();
        var file = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(resolver));
        var model = file.parse(classFile);
        return file.transformClass(model, new Weaver(model).transform());
    }

    private ClassTransform transform() {
        return (builder, element) -> {
            if (element instanceof MethodModel method && method.code().isPresent()) {
                boolean isInitializer = method.methodName().equalsString(ConstantDescs.CLASS_INIT_NAME);
                boolean isSynchronized = method.flags().has(AccessFlag.SYNCHRONIZED);
                builder.transformMethod(
                        method,
                        MethodTransform.transformingCode(CodeTransform.ofStateful(
                                () -> isInitializer ? new Initializer() : new Code(isSynchronized))));
            } else {
                builder.with(element);
            }
        };
    }

    /** The code in a try block whose finally block says that it has ended. */
    private static final class Initializer implements CodeTransform {
        private @Nullable Label start;

        @Override
        public void atStart(CodeBuilder builder) {
            builder.invokestatic(POINTS, "initializerBegins", NOTHING);
            start = builder.newBoundLabel();
        }

        @Override
        public void accept(CodeBuilder builder, CodeElement element) {
            if (element instanceof ReturnInstruction) {
                builder.invokestatic(POINTS, "initializerEnds", NOTHING);
            }
            builder.with(element);
        }

        @Override
        public void atEnd(CodeBuilder builder) {
            Label handler = builder.newBoundLabel();
            builder.exceptionCatchAll(Objects.requireNonNull(start), handler, handler);
            builder.invokestatic(POINTS, "initializerEnds", NOTHING).athrow();
        }
    }

    private final class Code implements CodeTransform {
        private boolean atStart;

        Code(boolean atStart) {
            this.atStart = atStart;
        }

        @Override
        public void atStart(CodeBuilder builder) {
            if (atStart) {
                point(builder);
                atStart = false;
            }
        }

        @Override
        public void accept(CodeBuilder builder, CodeElement element) {
            switch (element) {
                case FieldInstruction field when isShared(field) -> point(builder);
                case ArrayLoadInstruction _, ArrayStoreInstruction _ -> point(builder);
                case MonitorInstruction monitor when monitor.opcode() == Opcode.MONITORENTER -> point(builder);
                case InvokeInstruction call
                when isSleepOfUnit(call) -> {
                    builder.invokestatic(POINTS, "sleep", SLEEP_OF_UNIT);
                    return;
                }
                case InvokeInstruction call -> {
                    if (isReplaced(call)) {
                        builder.invokestatic(
                                POINTS,
                                call.name().stringValue().equals("onSpinWait")
                                        ? "spin"
                                        : call.name().stringValue(),
                                call.typeSymbol());
                        return;
                    }
                    if (isAccess(call)) {
                        point(builder);
                    }
                }
                default -> {}
            }
            builder.with(element);
        }

        private void point(CodeBuilder builder) {
            builder.invokestatic(POINTS, "point", NOTHING);
        }

        private boolean isShared(FieldInstruction field) {
            boolean own =
                    field.owner().asInternalName().equals(model.thisClass().asInternalName());
            var name = field.name().stringValue();
            return !(own && finals.contains(name)) && !name.startsWith("$");
        }

        private boolean isReplaced(InvokeInstruction call) {
            var owner = call.owner().asInternalName();
            var name = call.name().stringValue();
            if (call.opcode() != Opcode.INVOKESTATIC) {
                return false;
            }
            return (owner.equals("java/lang/Thread") && REPLACED.contains(name))
                    || (owner.equals("java/lang/System") && name.equals("nanoTime"));
        }

        /** TimeUnit.sleep: the unit becomes the first argument. */
        private boolean isSleepOfUnit(InvokeInstruction call) {
            return call.opcode() == Opcode.INVOKEVIRTUAL
                    && call.owner().asInternalName().equals("java/util/concurrent/TimeUnit")
                    && call.name().equalsString("sleep");
        }

        private boolean isAccess(InvokeInstruction call) {
            var owner = call.owner().asInternalName();
            var name = call.name().stringValue();
            if (name.equals("<init>")) {
                return false;
            }
            return owner.startsWith("java/util/")
                    || owner.equals("java/lang/invoke/VarHandle")
                    || (owner.equals("java/lang/Thread") && !name.equals("currentThread") && !name.equals("yield"))
                    || name.equals("notify")
                    || name.equals("notifyAll");
        }
    }
}
